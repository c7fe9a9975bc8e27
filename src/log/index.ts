export { FAILED, HandlerInfo, RUNNING } from "./entry"
export { LOG_TOPIC } from "./faults"
export { FilterChain } from "./filter-chain"
export * from "./filters"
export * from "./formatters"
export { FilterOptions, MAX_FILTERS } from "./global-filters"
export * from "./handler"
export * from "./handlers/console"
export { LogReceiver } from "./handlers/receiver"
export * from "./handlers/ring"
export * from "./levels"
export { Logger, Meta, ServiceLogger, taskLogger } from "./logger"
export { closeLog } from "./maintenance"
export { covers, exactness, matches } from "./pattern"
export * from "./queue"
export * from "./record"
export {
    beginTexts,
    fieldsOf,
    nextText,
    renderError,
    renderFields,
    textOf,
} from "./render"
export {
    isLevelSpec,
    LEVEL_SPEC_ERROR,
    LevelRules,
    parseLevelSpec,
} from "./spec"
export * from "./standard-filters"
export { LogSystem, TopicLevel } from "./system"
export {
    HANDLER_EXISTS_ERROR,
    MAX_HANDLERS,
    UNKNOWN_HANDLER_ERROR,
} from "./table"
export { cut, firstBytes, MAX_MESSAGE } from "./text"
export { MAX_TOPICS, serviceMark } from "./topic"
export { nativeFormat, rfc3339, uptimeText } from "../platform"
