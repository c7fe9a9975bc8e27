export {
    checkGiven,
    checkSettingsFile,
    type GivenProblem,
    type GivenSetting,
    placeFirst,
    radioHint,
} from "./check.ts"
export {
    type DeclaredSetting,
    declaredSettings,
    settingsSchema,
    settingsTable,
    settingsTemplate,
} from "./docs.ts"
export { isOfOtherPart, PART_TABLES } from "./part-tables.ts"
export { checkTables } from "./schema-check.ts"
export { readTables } from "./tables.ts"
