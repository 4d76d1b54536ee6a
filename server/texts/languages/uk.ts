import type { Texts } from './en.ts'

export const uk: Texts = {
  'offline.sent': 'Дякуємо за ваше повідомлення. Ми відповімо вам електронною поштою.',
  'offline.failed':
    'Не вдалося надіслати повідомлення. Перевірте адресу електронної пошти та спробуйте ще раз.',
  'offline.subject': 'Повідомлення від {name}',
  'offline.name': 'Ім’я',
  'offline.email': 'Ел. пошта',
  'offline.department': 'Відділ',
  'offline.page': 'Сторінка',
  'transcript.sent': 'Запис розмови вже прямує на вашу електронну пошту.',
  'transcript.failed': 'Не вдалося надіслати запис розмови.',
  'transcript.subject': 'Ваша розмова з {site}',
  'transcript.intro': 'Це ваша розмова від {date}.',
  'transcript.you': 'Ви',
  'transcript.agent': 'Оператор',
  'transcript.file': 'Файл: {name}',
  'transcript.shortened': 'Попередні повідомлення пропущено.',
  'transcript.joined': '{name} приєднується до розмови.',
  'transcript.left': '{name} залишає розмову.',
  'transcript.transferred': 'Розмову передано.',
  'transcript.on-hold': 'Розмову призупинено.',
  'transcript.resumed': 'Розмова триває.',
  'room.closed-by-visitor': 'Закрито відвідувачем',
}
