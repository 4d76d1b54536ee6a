/**
 * Where the server is, without a slash at the end. The built files lie two folders below it, so a
 * proxy that adds a prefix is found by itself.
 */
export const SERVER_URL = new URL(/* @vite-ignore */ '../..', import.meta.url).href.replace(
  /\/$/,
  '',
)

/** The path that stands before every address of the desk; empty without a prefix. */
export const BASE_PATH = new URL(SERVER_URL).pathname.replace(/\/$/, '')

/** The widget's preview page. */
export const PREVIEW_URL = `${SERVER_URL}/preview`

/** The page's nonce for styles that are made at run time. */
export const STYLE_NONCE =
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? ''
