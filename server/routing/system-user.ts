/** Who signs what the server does by itself. */
export const SYSTEM_USER = {
  id: 'rocket.cat',
  username: 'rocket.cat',
  name: 'Rocket.Cat',
  type: 'system',
} as const
