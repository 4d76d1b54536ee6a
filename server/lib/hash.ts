import { hash } from 'node:crypto'

const PREFIX = 'sha256:'

/**
 * The stored form of a bearer secret (visitor token, login token): the hash's name, then the
 * digest, so that a later release can tell old rows from new ones. Secrets are never stored.
 */
export const hashSecret = (secret: string): string => PREFIX + hash('sha256', secret, 'base64url')
