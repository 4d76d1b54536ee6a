import type { Texts } from './en.ts'

export const es: Texts = {
  'offline.sent': 'Gracias por su mensaje. Le responderemos por correo electrónico.',
  'offline.failed':
    'No se pudo enviar su mensaje. Compruebe su dirección de correo electrónico e inténtelo de nuevo.',
  'offline.subject': 'Mensaje de {name}',
  'offline.name': 'Nombre',
  'offline.email': 'Correo electrónico',
  'offline.department': 'Departamento',
  'offline.page': 'Página',
  'transcript.sent': 'La transcripción va camino de su correo electrónico.',
  'transcript.failed': 'No se pudo enviar la transcripción.',
  'transcript.subject': 'Su conversación con {site}',
  'transcript.intro': 'Esta es su conversación del {date}.',
  'transcript.you': 'Usted',
  'transcript.agent': 'Agente',
  'transcript.file': 'Archivo: {name}',
  'transcript.shortened': 'Se han omitido los mensajes anteriores.',
  'transcript.joined': '{name} se unió a la conversación.',
  'transcript.left': '{name} dejó la conversación.',
  'transcript.transferred': 'La conversación fue transferida.',
  'transcript.on-hold': 'La conversación quedó en espera.',
  'transcript.resumed': 'La conversación continúa.',
  'room.closed-by-visitor': 'Cerrada por el visitante',
}
