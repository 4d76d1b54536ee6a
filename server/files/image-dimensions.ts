/** Pixels, as the image is shown. */
export interface Dimensions {
  width: number
  height: number
}

const MEASURED: ReadonlySet<string> = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
])
const MAX_SIDE = 1_000_000
/** From this EXIF orientation on the image lies on its side. */
const FIRST_TURNED = 5

/** What the head of an image says about its size; undefined where it says nothing usable. */
export async function dimensionsOf(
  head: Uint8Array,
  type: string,
): Promise<Dimensions | undefined> {
  // Readers of container formats walk boxes whose lengths a stranger wrote.
  if (!MEASURED.has(type)) return undefined
  const { imageSize } = await import('image-size')
  try {
    const { width, height, orientation = 1 } = imageSize(head)
    const usable = [width, height].every((side) => side > 0 && side <= MAX_SIDE)
    if (!usable) return undefined
    return orientation >= FIRST_TURNED ? { width: height, height: width } : { width, height }
  } catch {
    return undefined
  }
}
