export { playScenario, type Stage } from "./play.ts"
export { readScenario, type Scenario } from "./read.ts"
