import type { Texts } from './en.ts'

export const tr: Texts = {
  'offline.sent': 'Mesajınız için teşekkürler. Size e-posta ile yanıt vereceğiz.',
  'offline.failed':
    'Mesajınız gönderilemedi. Lütfen e-posta adresinizi kontrol edip yeniden deneyin.',
  'offline.subject': '{name} adlı kişiden mesaj',
  'offline.name': 'Ad',
  'offline.email': 'E-posta',
  'offline.department': 'Departman',
  'offline.page': 'Sayfa',
  'transcript.sent': 'Görüşme dökümü e-posta adresinize gönderiliyor.',
  'transcript.failed': 'Görüşme dökümü gönderilemedi.',
  'transcript.subject': '{site} ile görüşmeniz',
  'transcript.intro': 'Bu, {date} tarihli görüşmenizdir.',
  'transcript.you': 'Siz',
  'transcript.agent': 'Temsilci',
  'transcript.file': 'Dosya: {name}',
  'transcript.shortened': 'Önceki mesajlar çıkarıldı.',
  'transcript.joined': '{name} görüşmeye katıldı.',
  'transcript.left': '{name} görüşmeden ayrıldı.',
  'transcript.transferred': 'Görüşme aktarıldı.',
  'transcript.on-hold': 'Görüşme beklemeye alındı.',
  'transcript.resumed': 'Görüşme devam ediyor.',
  'room.closed-by-visitor': 'Ziyaretçi tarafından kapatıldı',
}
