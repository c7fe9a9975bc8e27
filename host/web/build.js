// Builds the console's page, so that a package has it: `npm run prepare`.
import "../register.js"

const { buildPage } = await import("./server/page-files.ts")
await buildPage()
