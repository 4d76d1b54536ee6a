import { domainToASCII } from 'node:url'

const LONGEST = 254
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/**
 * One plain e-mail address in the form in which it is written into a header: no name, no comment,
 * no quoting, nothing that could be read as a second address or a second line.
 * @returns undefined for everything else
 */
export function mailAddress(text: string): string | undefined {
  const address = text.trim()
  const at = address.lastIndexOf('@')
  const local = address.slice(0, Math.max(0, at))
  const domain = domainToASCII(address.slice(at + 1))
  if (local.length > 64 || !LOCAL_PART.test(local) || !isDomain(domain)) return undefined
  const normal = `${local}@${domain}`
  return normal.length > LONGEST ? undefined : normal
}

/** The addresses of a comma list; what is none of them is left out. */
export const mailAddresses = (text: string): string[] =>
  text.split(',').flatMap((part) => mailAddress(part) ?? [])

/** `address`, or `Name <address>`, as an operator writes a sender. */
export function mailbox(text: string): { name: string; address: string } | undefined {
  const [, name = '', inner] = /^(.*)<([^<>]*)>\s*$/.exec(text.trim()) ?? []
  const address = mailAddress(inner ?? text)
  return address === undefined ? undefined : { name: headerText(name.replaceAll('"', '')), address }
}

/** A last label of digits only would be an IP address. */
const isDomain = (domain: string): boolean => {
  const labels = domain.split('.')
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/\.\d+$/.test(domain)
}

/**
 * A text for a header: one line without control, direction or other invisible format characters,
 * at most `length` UTF-16 units.
 */
export const headerText = (text: string, length = 150): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, '')
