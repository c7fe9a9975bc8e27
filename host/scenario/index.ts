export { playScenario, type Stage } from "./play.ts"
export { readScenario, type Scenario, type Step } from "./read.ts"
