import type { Texts } from './en.ts'

export const fr: Texts = {
  'offline.sent': 'Merci pour votre message. Nous vous répondrons par e-mail.',
  'offline.failed':
    'Votre message n’a pas pu être envoyé. Vérifiez votre adresse e-mail et réessayez.',
  'offline.subject': 'Message de {name}',
  'offline.name': 'Nom',
  'offline.email': 'E-mail',
  'offline.department': 'Service',
  'offline.page': 'Page',
  'transcript.sent': 'La transcription est en route vers votre adresse e-mail.',
  'transcript.failed': 'La transcription n’a pas pu être envoyée.',
  'transcript.subject': 'Votre conversation avec {site}',
  'transcript.intro': 'Voici votre conversation du {date}.',
  'transcript.you': 'Vous',
  'transcript.agent': 'Agent',
  'transcript.file': 'Fichier : {name}',
  'transcript.shortened': 'Les messages précédents ont été omis.',
  'transcript.joined': '{name} a rejoint la conversation.',
  'transcript.left': '{name} a quitté la conversation.',
  'transcript.transferred': 'La conversation a été transférée.',
  'transcript.on-hold': 'La conversation a été mise en attente.',
  'transcript.resumed': 'La conversation reprend.',
  'room.closed-by-visitor': 'Fermée par le visiteur',
}
