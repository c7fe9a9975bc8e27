export {
    ChangesOf,
    changeSettings,
    maskedFile,
    replaceSettings,
} from "./change"
export {
    CheckedSettings,
    isSecretKey,
    SettingOrigin,
    SettingTexts,
} from "./check"
export { FileState, MAX_NOTE_BYTES } from "./commit"
export {
    DotenvEntry,
    DotenvScan,
    MAX_DOTENV_LENGTH,
    nextEntry,
    scanDotenv,
} from "./dotenv"
export { SETTINGS_ERROR } from "./errors"
export {
    inTurn,
    isStored,
    LARGE_FILE_BYTES,
    readFile,
    readPrevious,
    replaceFile,
    rollBackFile,
    setFileState,
    SettingsFile,
    SMALL_FILE_BYTES,
    StoredFile,
} from "./file"
export {
    CORE_SETTINGS,
    DEMO_SETTINGS,
    FILE_SETTINGS,
    firmwareSettings,
    FirmwareTable,
    HEARTBEAT_SETTINGS,
    REMOTE_SETTINGS,
    SYSLOG_SETTINGS,
    TIME_SETTINGS,
} from "./firmware"
export { followSettings } from "./follow"
export {
    checkFile,
    loadSettings,
    openSettingsFile,
    reloadSettings,
} from "./load"
export {
    MAX_CHANGED,
    MAX_PROBLEMS,
    MAX_SETTINGS,
    SettingProblem,
} from "./problem"
export {
    Bindings,
    BoundOptions,
    KeyOf,
    MAX_KEY_LENGTH,
    MAX_VALUE_LENGTH,
    SCHEMA_MARK,
    SchemaTable,
    ValueOf,
} from "./schema"
export { isSecretName } from "./secrets"
export {
    MAX_LISTENERS,
    SettingInfo,
    settingInfo,
    settingKeys,
    SettingListener,
    Settings,
    settingText,
} from "./settings"
export { MASK } from "./values"
export { editDotenv, SettingChanges } from "./writer"
