/** The entry of the report page's worker. */

import { ReportSession } from './reportSession.ts'
import { begin } from './workerEntry.ts'

begin(ReportSession)
