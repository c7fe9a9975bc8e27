export {
    checkFileSetting,
    checkSetting,
    encodeSetting,
    type EnvEntry,
    hashWarning,
    isSettingKey,
    MAX_ENV_BYTES,
    MAX_KEY,
    MAX_VALUE_BYTES,
    parseEnv,
    parseSet,
    readEnvFile,
    type Settings,
} from "./env.ts"
export { isSecret } from "./secrets.ts"
export { type ToolDifference, toolDifferences } from "./tool.ts"
