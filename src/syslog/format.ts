import * as ds from "@devicescript/core"

/**
 * The VM's native formatter: `{0}` to `{9}` stand for the arguments, `{{` and `}}` for braces.
 * Whole numbers are written with all their digits.
 */
export const format = ds.format as unknown as (
    template: string,
    a: string | number,
    b: string | number,
    c?: string | number,
    d?: string | number,
    e?: string | number
) => string
