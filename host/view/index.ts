export {
    Account,
    type FleetSummary,
    fleetText,
    type Summary,
    summaryText,
    sumUp,
} from "./account.ts"
export { type Filter, type FilterOptions, makeFilter } from "./filter.ts"
export { JsonView } from "./json-view.ts"
export { type Kind, KINDS } from "./kinds.ts"
export { TextView } from "./text-view.ts"
export type { View } from "./view.ts"
