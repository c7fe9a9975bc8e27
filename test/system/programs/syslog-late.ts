// Logs an error every 25 ms, to flash and to syslog, and says which ones flash has kept; first
// forwards what earlier runs left. MODE=rest: logs only one error, which flash has before it forwards.
import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { ERROR, LogSystem } from "../../../src/log"
import { FileRotationHandler } from "../../../src/flashlog"
import { SocketArbiter } from "../../../src/net"
import {
    SettingsFlash,
    spawn,
    SystemClock,
    SystemSocket,
} from "../../../src/platform"
import { forwardLate, Rsyslogger, RsyslogHandler } from "../../../src/syslog"

const port = parseInt("" + (await readSetting("SYSLOG_PORT", 514)))
const mode = await readSetting("MODE", "run")
const boot = parseInt("" + (await readSetting("BOOT", 1)))
const clock = new SystemClock()
const flash = new SettingsFlash()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const log = new LogSystem(clock)
const file = new FileRotationHandler("error.log", 1800, { flash, clock })
const syslog = new Rsyslogger(
    { clock, arbiter },
    {
        host: "127.0.0.1",
        port,
        hostname: "board",
        procId: "" + boot,
        backoff: { minMs: 50, maxMs: 200 },
    },
    (level, message) => console.log(message)
)
await log.addHandler("file", file)
await log.addHandler("syslog", new RsyslogHandler(syslog), { burst: null })
const forward = async () => {
    const count = await forwardLate(file.files, flash, syslog)
    console.log(`late ${count}`)
    if (mode !== "rest") return
    const [, { account }] = log.handlers()
    console.log(`account of ${boot}: ${JSON.stringify(account)}`)
    console.log(`done ${JSON.stringify(syslog.stats())}`)
}
const logger = log.logger("app")
if (mode === "rest") {
    logger.log(ERROR, "error {0}.0 end", boot)
    await file.flush()
}
spawn(forward, e => console.log(`forward failed: ${e}`))
for (let n = 1; mode !== "rest"; ++n) {
    logger.log(ERROR, "error {0}.{1} end", boot, n)
    if (await file.flush()) console.log(`kept ${boot}.${n}`)
    await ds.sleep(25)
}
