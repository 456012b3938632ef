import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describePreparation } from './prepare-contract.ts'
import { describeTokens } from './tokens-contract.ts'

describePreparation('preparing PGlite', emptyPglite)
describeTokens('tokens on PGlite', emptyPglite)
