import type { Load } from '../define.ts'
import type { links } from './widget.ts'

export const load: Load<typeof links> = async ({ groups }) => ({ groups })
