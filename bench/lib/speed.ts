import { type Sample, sample, spreadText } from "./stats.ts"
import { type Table, table } from "./table.ts"

/** Calls or lines a second. */
export interface Speed extends Sample {
    /** The rate that is required; undefined where none is. */
    wanted: number | undefined
}

export type Speeds = Record<string, Speed>

/** The median and spread of several runs' rates. */
export function speed(rates: number[], wanted?: number): Speed {
    return { ...sample(rates), wanted }
}

/** A table of speeds, each also as a fraction of the one that is the limit. */
export function speedTable(
    title: string,
    speeds: Speeds,
    limit: string
): Table {
    return table(
        title,
        ["what", "median", "spread", "wanted", `part of ${limit}`],
        Object.entries(speeds).map(([what, speed]) => [
            what,
            Math.round(speed.median),
            spreadText(speed),
            speed.wanted ?? "-",
            `${Math.round((speed.median / speeds[limit].median) * 100)}%`,
        ])
    )
}
