/** The entry of the report's page. */

import { find } from './elements.ts'
import { forgetWhenLeft, leaveAtOnce } from './leaving.ts'
import { ReportPage } from './reportPage.ts'
import { start } from './start.ts'
import { askBeforeLosing } from './typed.ts'

forgetWhenLeft()
leaveAtOnce()
start(find('report', HTMLFormElement), (form) => {
    askBeforeLosing()
    new ReportPage(form)
})
