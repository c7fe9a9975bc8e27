// A filter and a formatter of one's own: a confidential number is masked before any handler gets
// it, and the console has lines of another form.
import {
    consoleLog,
    IGNORE,
    log,
    LogFilter,
    LogRecord,
    startCore,
    STOP,
    tasks,
    TemplateFormatter,
    topicFilter,
} from "../src"

/** Hides what follows `card ` in a message. */
const maskCards: LogFilter = {
    name: "mask cards",
    filter: record => {
        const at = record.message.indexOf("card ")
        if (at < 0) return IGNORE
        const message = record.message.slice(0, at) + "card ***"
        const masked: LogRecord = Object.assign({}, record)
        return Object.assign(masked, { message })
    },
}

await startCore([])
consoleLog()
log.addFilter(maskCards)
log.addFilter(topicFilter("task.noise", STOP))
log.configureHandler("console", {
    formatter: new TemplateFormatter("{level}|{task}|{message}"),
})

tasks.add("noise", task => task.log.info("is not shown"))
tasks.add("door", task => task.log.info("opened by card {0}", 4711))
