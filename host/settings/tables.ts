import { readImage } from "../optimise/image.ts"
import { SCHEMA_MARK } from "../../src/settings/schema.ts"

/** The tables of settings that a program carries in its image; none when it declares no settings. */
export function readTables(image: Uint8Array): string[] {
    const { ascii, utf8 } = readImage(image)
    return [...ascii, ...utf8]
        .map(bytes => Buffer.from(bytes).toString())
        .filter(text => text.startsWith(`${SCHEMA_MARK}\n`))
}
