export * from "./message"
export * from "./options"
export * from "./rsyslogger"
export { SyslogNet, SyslogReport } from "./worker"
