import type { Texts } from './en.ts'

export const pl: Texts = {
  'offline.sent': 'Dziękujemy za wiadomość. Odpowiemy e-mailem.',
  'offline.failed':
    'Nie udało się wysłać wiadomości. Sprawdź swój adres e-mail i spróbuj ponownie.',
  'offline.subject': 'Wiadomość od {name}',
  'offline.name': 'Imię i nazwisko',
  'offline.email': 'E-mail',
  'offline.department': 'Dział',
  'offline.page': 'Strona',
  'transcript.sent': 'Zapis rozmowy jest w drodze na Twój adres e-mail.',
  'transcript.failed': 'Nie udało się wysłać zapisu rozmowy.',
  'transcript.subject': 'Twoja rozmowa z {site}',
  'transcript.intro': 'To jest Twoja rozmowa z dnia {date}.',
  'transcript.you': 'Ty',
  'transcript.agent': 'Konsultant',
  'transcript.file': 'Plik: {name}',
  'transcript.shortened': 'Wcześniejsze wiadomości pominięto.',
  'transcript.joined': '{name} dołącza do rozmowy.',
  'transcript.left': '{name} opuszcza rozmowę.',
  'transcript.transferred': 'Rozmowa została przekazana.',
  'transcript.on-hold': 'Rozmowa została wstrzymana.',
  'transcript.resumed': 'Rozmowa jest kontynuowana.',
  'room.closed-by-visitor': 'Zamknięta przez odwiedzającego',
}
