/**
 * Builds what the npm package runs: the host's programs as JavaScript in dist/, so that they need
 * no TypeScript loader, and the types of its door for other programs. `npm pack` calls it.
 *
 *     node --import ./host/register.js host/package/build.ts
 */
import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import { build, type Plugin } from "esbuild"

const OUTPUT = "dist"
/** The programs: the tool, the door for other programs, and what they start as processes. */
const PROGRAMS = [
    "host/fiberctl.ts",
    "host/client/index.ts",
    "host/sim/build-process.ts",
    "host/sim/vm-process.ts",
]
/** Files that the sources name at run time, and where the package has them. */
const PLACES: Record<string, string> = {
    '"./build-process.ts"': '"../../dist/build-process.js"',
    '"./vm-process.ts"': '"../../dist/vm-process.js"',
    'new URL("../register.js"': 'new URL("../../dist/register.js"',
    'new URL("../optimise"': 'new URL("../../dist"',
}
/** Nothing is to be loaded as TypeScript in the package. */
const REGISTER = "export function unregister() {}\n"

/** Lets what a source says of its own place hold for its place in the checkout. */
const keepPlaces: Plugin = {
    name: "keep places",
    setup(builder) {
        builder.onResolve({ filter: /\/register\.js$/ }, () => ({
            path: "register.js",
            namespace: "none",
        }))
        builder.onLoad({ filter: /.*/, namespace: "none" }, () => ({
            contents: REGISTER,
        }))
        builder.onLoad({ filter: /\/(host|src)\/.*\.ts$/ }, ({ path }) => {
            let contents = readFileSync(path, "utf8")
            for (const [from, to] of Object.entries(PLACES))
                contents = contents.replaceAll(from, to)
            const place = `new URL("../${relative(".", path)}", import.meta.url).href`
            contents = contents.replaceAll("import.meta.url", place)
            return { contents, loader: "ts" }
        })
    },
}

rmSync(OUTPUT, { recursive: true, force: true })
await build({
    entryPoints: Object.fromEntries(PROGRAMS.map(path => [nameOf(path), path])),
    outdir: OUTPUT,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins: [keepPlaces],
    logLevel: "warning",
})
writeFileSync(`${OUTPUT}/register.js`, REGISTER)
const compiler = "node_modules/typescript/bin/tsc"
execFileSync(process.execPath, [compiler, "-p", "host/client"], {
    stdio: "inherit",
})

function nameOf(path: string): string {
    return path.includes("client") ? "client" : path.replace(/^.*\/|\.ts$/g, "")
}
