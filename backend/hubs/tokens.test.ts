import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describePreparation } from './prepare-contract.ts'
import { describeApiTokens } from './tokens-contract.ts'

describePreparation('preparing PGlite', emptyPglite)
describeApiTokens('tokens on PGlite', emptyPglite)
