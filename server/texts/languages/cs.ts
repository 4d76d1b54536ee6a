import type { Texts } from './en.ts'

export const cs: Texts = {
  'offline.sent': 'Děkujeme za zprávu. Odpovíme vám e-mailem.',
  'offline.failed':
    'Zprávu se nepodařilo odeslat. Zkontrolujte svou e-mailovou adresu a zkuste to znovu.',
  'offline.subject': 'Zpráva od: {name}',
  'offline.name': 'Jméno',
  'offline.email': 'E-mail',
  'offline.department': 'Oddělení',
  'offline.page': 'Stránka',
  'transcript.sent': 'Přepis je na cestě na vaši e-mailovou adresu.',
  'transcript.failed': 'Přepis se nepodařilo odeslat.',
  'transcript.subject': 'Vaše konverzace s {site}',
  'transcript.intro': 'Toto je vaše konverzace ze dne {date}.',
  'transcript.you': 'Vy',
  'transcript.agent': 'Operátor',
  'transcript.file': 'Soubor: {name}',
  'transcript.shortened': 'Dřívější zprávy byly vynechány.',
  'transcript.joined': '{name} se připojuje ke konverzaci.',
  'transcript.left': '{name} opouští konverzaci.',
  'transcript.transferred': 'Konverzace byla předána.',
  'transcript.on-hold': 'Konverzace byla pozastavena.',
  'transcript.resumed': 'Konverzace pokračuje.',
  'room.closed-by-visitor': 'Ukončeno návštěvníkem',
}
