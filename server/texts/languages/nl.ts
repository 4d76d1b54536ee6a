import type { Texts } from './en.ts'

export const nl: Texts = {
  'offline.sent': 'Bedankt voor uw bericht. Wij antwoorden u per e-mail.',
  'offline.failed':
    'Uw bericht kon niet worden verzonden. Controleer uw e-mailadres en probeer het opnieuw.',
  'offline.subject': 'Bericht van {name}',
  'offline.name': 'Naam',
  'offline.email': 'E-mail',
  'offline.department': 'Afdeling',
  'offline.page': 'Pagina',
  'transcript.sent': 'Het transcript is onderweg naar uw e-mailadres.',
  'transcript.failed': 'Het transcript kon niet worden verzonden.',
  'transcript.subject': 'Uw gesprek met {site}',
  'transcript.intro': 'Dit is uw gesprek van {date}.',
  'transcript.you': 'U',
  'transcript.agent': 'Medewerker',
  'transcript.file': 'Bestand: {name}',
  'transcript.shortened': 'Eerdere berichten zijn weggelaten.',
  'transcript.joined': '{name} neemt deel aan het gesprek.',
  'transcript.left': '{name} heeft het gesprek verlaten.',
  'transcript.transferred': 'Het gesprek is doorverbonden.',
  'transcript.on-hold': 'Het gesprek is in de wacht gezet.',
  'transcript.resumed': 'Het gesprek gaat verder.',
  'room.closed-by-visitor': 'Gesloten door de bezoeker',
}
