/** Where a request comes from. */
export interface Client {
  /** Its address, as logs name it. */
  readonly address: string
  /** Whom it counts as, wherever clients are counted: its address, of IPv6 the /64 that one network is given. */
  readonly counted: string
}
