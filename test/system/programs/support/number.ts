import { readSetting } from "@devicescript/settings"

/** A setting that is a number: the tool keeps some as text. */
export async function number(key: string, fallback: number): Promise<number> {
    return parseInt("" + (await readSetting(key, fallback)))
}
