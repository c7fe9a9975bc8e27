// An audit log beside the error log: another flash log, which takes the records of one topic only,
// has its own share of the flash, and survives resets.
import {
    clock,
    consoleLog,
    FILE_SETTINGS,
    FileRotationHandler,
    FilterChain,
    flash,
    flashLog,
    KEEP,
    log,
    NOTICE,
    startCore,
    STOP,
    tasks,
    topicFilter,
} from "../src"

const settings = await startCore([FILE_SETTINGS])
consoleLog()
flashLog(settings)
const audit = new FileRotationHandler("audit.log", 300, {
    flash,
    clock,
})
log.addHandler("audit", audit, {
    level: NOTICE,
    filters: new FilterChain([topicFilter("audit", KEEP)]),
    filterDefault: STOP,
})
// and no other handler gets its records
log.restrict("audit", "audit")

tasks.add("door", async task => {
    const { length } = await audit.files.tail(10)
    task.log.info("{0} entries of earlier runs", length)
    log.logger("audit").notice("opened by {0}", "the gardener")
    task.log.error("the hinge squeaks")
    await audit.flush()
    task.log.info("kept")
})
