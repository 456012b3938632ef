import type { DeliveredMessage } from '../bus/bus.ts'

/** Deliveries after which a message is handled alone. */
const SUSPECT = 5
/** Deliveries after which it is taken to have ended the process each time. */
const FATAL = 10

/** It came so often that it may be what nobody could finish: those it came with are handled without it. */
export const isSuspect = ({ deliveries }: DeliveredMessage): boolean => deliveries > SUSPECT

/** It came so often, though handled alone, that it must have ended the process each time. */
export const isFatal = ({ deliveries }: DeliveredMessage): boolean => deliveries > FATAL
