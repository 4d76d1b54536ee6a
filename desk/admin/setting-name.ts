const PREFIX =
  /^(?:Livechat|Omnichannel|Accounts|Message|FileUpload|Foyer|API|SMTP|Email|email|Site)_/

/** The id of a setting as words: `Livechat_offline_title` reads "Offline title". */
export function settingName(id: string): string {
  const words = id
    .replace(PREFIX, '')
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A section of the catalogue as a heading. */
export const sectionName = (section: string): string =>
  section.charAt(0).toUpperCase() + section.slice(1)
