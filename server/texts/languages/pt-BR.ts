import type { Texts } from './en.ts'

export const ptBR: Texts = {
  'offline.sent': 'Obrigado pela sua mensagem. Responderemos por e-mail.',
  'offline.failed':
    'Não foi possível enviar sua mensagem. Verifique seu endereço de e-mail e tente novamente.',
  'offline.subject': 'Mensagem de {name}',
  'offline.name': 'Nome',
  'offline.email': 'E-mail',
  'offline.department': 'Departamento',
  'offline.page': 'Página',
  'transcript.sent': 'A transcrição está a caminho do seu e-mail.',
  'transcript.failed': 'Não foi possível enviar a transcrição.',
  'transcript.subject': 'Sua conversa com {site}',
  'transcript.intro': 'Esta é a sua conversa de {date}.',
  'transcript.you': 'Você',
  'transcript.agent': 'Agente',
  'transcript.file': 'Arquivo: {name}',
  'transcript.shortened': 'As mensagens anteriores foram omitidas.',
  'transcript.joined': '{name} entrou na conversa.',
  'transcript.left': '{name} saiu da conversa.',
  'transcript.transferred': 'A conversa foi transferida.',
  'transcript.on-hold': 'A conversa foi colocada em espera.',
  'transcript.resumed': 'A conversa continua.',
  'room.closed-by-visitor': 'Encerrada pelo visitante',
}
