import type { Texts } from './en.ts'

export const ja: Texts = {
  'offline.sent': 'メッセージをありがとうございます。メールでお返事いたします。',
  'offline.failed':
    'メッセージを送信できませんでした。メールアドレスを確認して、もう一度お試しください。',
  'offline.subject': '{name} さんからのメッセージ',
  'offline.name': '名前',
  'offline.email': 'メール',
  'offline.department': '部署',
  'offline.page': 'ページ',
  'transcript.sent': '会話の記録をメールアドレスにお送りしています。',
  'transcript.failed': '会話の記録を送信できませんでした。',
  'transcript.subject': '{site} との会話',
  'transcript.intro': '{date} の会話です。',
  'transcript.you': 'あなた',
  'transcript.agent': '担当者',
  'transcript.file': 'ファイル: {name}',
  'transcript.shortened': 'これより前のメッセージは省略されています。',
  'transcript.joined': '{name} が会話に参加しました。',
  'transcript.left': '{name} が会話から退出しました。',
  'transcript.transferred': '会話が転送されました。',
  'transcript.on-hold': '会話が保留になりました。',
  'transcript.resumed': '会話が再開されました。',
  'room.closed-by-visitor': '訪問者が終了しました',
}
