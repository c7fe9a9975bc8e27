/** Builds the documentation into `site`, or into the folder that is named: `npm run docs`. */
import { FirmwareError } from "../errors.ts"
import { buildSite } from "./site.ts"

const out = process.argv[2] ?? "site"
try {
    const { pages } = await buildSite(out)
    console.log(`${out}/index.html: ${pages} pages`)
} catch (error) {
    if (!(error instanceof FirmwareError)) throw error
    console.error(error.message)
    process.exitCode = 1
}
