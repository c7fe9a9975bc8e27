// The reference firmware, whose settings change while it runs.
import * as ds from "@devicescript/core"
import { log, settings } from "../../../src/main"

const hot = log.logger("hot")
const show = (what: string) => {
    const levels = log.handlers().map(({ name, level }) => `${name}=${level}`)
    hot.error("{0}: {1}", what, levels.join(" "))
}
show("before")
await ds.sleep(2000)
settings.set("LOG_LEVEL", "error warning@hot")
settings.set("HB_LEVEL", "alert")
await ds.sleep(10)
settings.set("FILE_LEVEL", "critical")
settings.set("SYSLOG_LEVEL", "warning")
await ds.sleep(10)
settings.set("HOSTNAME", "renamed")
settings.set("SYSLOG_FAC", "daemon")
await ds.sleep(10)
show("after")
hot.warning("is sent")
hot.notice("is not logged")
// the schema takes it, the sender does not: what was in force stays
settings.set("SYSLOG_HOST", "collector..lan")
hot.error("the old collector stays")
settings.problems().forEach(({ message }) => console.log(message))
