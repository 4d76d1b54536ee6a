import type { Texts } from './en.ts'

export const de: Texts = {
  'offline.sent': 'Danke für Ihre Nachricht. Wir antworten Ihnen per E-Mail.',
  'offline.failed':
    'Ihre Nachricht konnte nicht gesendet werden. Bitte prüfen Sie Ihre E-Mail-Adresse und versuchen Sie es noch einmal.',
  'offline.subject': 'Nachricht von {name}',
  'offline.name': 'Name',
  'offline.email': 'E-Mail',
  'offline.department': 'Abteilung',
  'offline.page': 'Seite',
  'transcript.sent': 'Das Protokoll ist unterwegs an Ihre E-Mail-Adresse.',
  'transcript.failed': 'Das Protokoll konnte nicht gesendet werden.',
  'transcript.subject': 'Ihr Gespräch mit {site}',
  'transcript.intro': 'Das ist Ihr Gespräch vom {date}.',
  'transcript.you': 'Sie',
  'transcript.agent': 'Mitarbeiter',
  'transcript.file': 'Datei: {name}',
  'transcript.shortened': 'Frühere Nachrichten wurden weggelassen.',
  'transcript.joined': '{name} ist dem Gespräch beigetreten.',
  'transcript.left': '{name} hat das Gespräch verlassen.',
  'transcript.transferred': 'Das Gespräch wurde weitergeleitet.',
  'transcript.on-hold': 'Das Gespräch wurde angehalten.',
  'transcript.resumed': 'Das Gespräch geht weiter.',
  'room.closed-by-visitor': 'Vom Besucher beendet',
}
