import { attachmentKind } from '../../files/media-type.ts'
import type { Row } from '../../storage/tables.ts'
import { downloadPath } from './file-name.ts'

type CarriedFile = Pick<Row<'file'>, 'id' | 'name' | 'type' | 'size' | 'width' | 'height'>

/** What a message that carries a file bears on the wire beside its text (section 4.8). */
export function fileFields(
  file: CarriedFile,
  description: string | undefined,
): Record<string, unknown> {
  const { id, name, type, size } = file
  const reference = { _id: id, name, type, size }
  const path = downloadPath(id, name)
  return {
    file: reference,
    files: [reference],
    groupable: false,
    attachments: [
      {
        title: name,
        title_link: path,
        title_link_download: true,
        type: 'file',
        ...(description === undefined || description === '' ? {} : { description }),
        ...mediaFields(file, path),
      },
    ],
  }
}

function mediaFields(file: CarriedFile, path: string): Record<string, unknown> {
  const { type, size, width, height } = file
  const kind = attachmentKind(type)
  switch (kind) {
    case 'image':
      return {
        image_url: path,
        image_type: type,
        image_size: size,
        ...(width === null || height === null ? {} : { image_dimensions: { width, height } }),
      }
    case 'audio':
      return { audio_url: path, audio_type: type, audio_size: size }
    case 'video':
      return { video_url: path, video_type: type, video_size: size }
    case 'file':
      return {}
  }
}
