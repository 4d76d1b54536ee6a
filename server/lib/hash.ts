import { hash } from 'node:crypto'

const PREFIX = 'sha256:'

/**
 * The stored form of a bearer secret (visitor token, login token): the hash's name, then the
 * digest, so that a later release can tell old rows from new ones. Secrets are never stored.
 */
export const hashSecret = (secret: string): string => PREFIX + digestOf(secret)

/** The digest without the hash's name, for keys in memory that are asked for all the time. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'base64url')

/** The digest in a stored form. */
export const digestIn = (stored: string): string => stored.slice(PREFIX.length)
