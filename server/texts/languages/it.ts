import type { Texts } from './en.ts'

export const it: Texts = {
  'offline.sent': 'Grazie per il tuo messaggio. Ti risponderemo via e-mail.',
  'offline.failed':
    'Non è stato possibile inviare il messaggio. Controlla il tuo indirizzo e-mail e riprova.',
  'offline.subject': 'Messaggio da {name}',
  'offline.name': 'Nome',
  'offline.email': 'E-mail',
  'offline.department': 'Reparto',
  'offline.page': 'Pagina',
  'transcript.sent': 'La trascrizione è in arrivo al tuo indirizzo e-mail.',
  'transcript.failed': 'Non è stato possibile inviare la trascrizione.',
  'transcript.subject': 'La tua conversazione con {site}',
  'transcript.intro': 'Questa è la tua conversazione del {date}.',
  'transcript.you': 'Tu',
  'transcript.agent': 'Operatore',
  'transcript.file': 'File: {name}',
  'transcript.shortened': 'I messaggi precedenti sono stati omessi.',
  'transcript.joined': '{name} è entrato nella conversazione.',
  'transcript.left': '{name} ha lasciato la conversazione.',
  'transcript.transferred': 'La conversazione è stata trasferita.',
  'transcript.on-hold': 'La conversazione è stata messa in attesa.',
  'transcript.resumed': 'La conversazione riprende.',
  'room.closed-by-visitor': 'Chiusa dal visitatore',
}
