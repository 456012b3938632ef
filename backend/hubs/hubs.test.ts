import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describeHubChanges } from './hub-changes-contract.ts'
import { describeHubHistory } from './hub-history-contract.ts'
import { describeHubs } from './hubs-contract.ts'
import { describeOlderVersion } from './older-version-contract.ts'
import { describeWidgetIds } from './widget-ids-contract.ts'

describeHubs('hubs on PGlite', emptyPglite)
describeHubChanges('changes of hubs on PGlite', emptyPglite)
describeHubHistory('histories of hubs on PGlite', emptyPglite)
describeOlderVersion('changes of an older version on PGlite', emptyPglite)
describeWidgetIds('ids of widgets on PGlite', emptyPglite)
