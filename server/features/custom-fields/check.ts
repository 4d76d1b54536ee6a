import { ApiError } from '../../contract/errors.ts'
import { accepts, type CustomField } from './store.ts'

/** Refuses a value that the field does not take. @throws ApiError */
export function checkFieldValue(field: CustomField, value: string): void {
  if (accepts(field, value)) return
  throw new ApiError('error-invalid-custom-field-value', {
    reason: `The value of ${field.label} is not valid`,
    details: { field: field.id },
  })
}
