/**
 * Makes JavaScript of the host's programs, in dist/: for the package, and so that a checkout starts
 * without a TypeScript loader. Nothing is done while the sources are as they were the last time.
 *
 *     npm run compile
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, relative } from "node:path"
import { build, type Plugin } from "esbuild"
import { builtProgram, stampOf } from "../built.js"

const OUTPUT = "dist"
/** The programs: the tool, the door for other programs, and what they start as processes. */
const PROGRAMS = [
    "host/fiberctl.ts",
    "host/client/index.ts",
    "host/sim/build-process.ts",
    "host/sim/vm-process.ts",
]
/** What the built programs have in place of modules: nothing is loaded as TypeScript there. */
const STAND_INS: Record<string, string> = {
    "register.js": "export function unregister() {}",
    "built.js":
        "export const builtProgram = name => new URL(`./${name}.js`, import.meta.url)",
}

/** The sources of the built programs, and this one, with their stamps. */
const sources: Record<string, string | undefined> = {
    "host/package/build.ts": stampOf("host/package/build.ts"),
}

/** Lets what a source says of its own place hold for its place in the checkout. */
const keepPlaces: Plugin = {
    name: "keep places",
    setup(builder) {
        builder.onResolve({ filter: /\/(register|built)\.js$/ }, found => ({
            path: basename(found.path),
            namespace: "stand-in",
        }))
        builder.onLoad({ filter: /.*/, namespace: "stand-in" }, found => ({
            contents: STAND_INS[found.path]!,
        }))
        builder.onLoad({ filter: /\/(host|src)\/.*\.ts$/ }, ({ path }) => {
            const name = relative(".", path)
            // before it is read: what is written meanwhile is a change
            sources[name] = stampOf(name)
            const place = `new URL("../${name}", import.meta.url).href`
            const contents = readFileSync(path, "utf8")
            return {
                contents: contents.replaceAll("import.meta.url", place),
                loader: "ts",
            }
        })
    },
}

async function compile(): Promise<void> {
    rmSync(OUTPUT, { recursive: true, force: true })
    await build({
        entryPoints: Object.fromEntries(
            PROGRAMS.map(path => [nameOf(path), path])
        ),
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
    // last: without it nothing of what is built is used
    writeFileSync(`${OUTPUT}/sources.json`, JSON.stringify(sources))
}

function nameOf(path: string): string {
    return path.includes("client") ? "client" : path.replace(/^.*\/|\.ts$/g, "")
}

if (!PROGRAMS.every(path => builtProgram(nameOf(path)))) await compile()
