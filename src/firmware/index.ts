export {
    clock,
    flash,
    followHandler,
    hostname,
    journal,
    log,
    settingsFile,
    startCore,
    startDone,
    startFixed,
    tasks,
} from "./core"
export { demo } from "./demo"
export { firmware } from "./firmware"
export { BoardDevices, heartbeat } from "./heartbeat"
export { consoleLog, file, flashLog, ramLog, ring } from "./logs"
export { busClock, followNetwork, network, socketArbiter } from "./network"
export { ota } from "./ota"
export { remote } from "./remote"
export { lateSyslog, rsyslogger, syslog } from "./syslog"
export { webClock } from "./web-clock"
