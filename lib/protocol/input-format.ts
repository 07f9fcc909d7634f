/**
 * The `format` values of JSON Schema that are enforced. Each is as strict as the RFC it names, or stricter; none follows
 * a reference, looks anything up or backtracks over long input.
 */
const FORMATS: { readonly [name: string]: (value: string) => boolean } = {
  date: isDate,
  'date-time': isDateTime,
  email: (value) =>
    value.length <= 254 &&
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/.test(value),
  hostname: (value) =>
    value.length <= 253 &&
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/.test(value),
  ipv4: (value) => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/.test(value),
  uri: isUri,
  uuid: (value) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value),
};

export const INPUT_FORMATS: readonly string[] = Object.keys(FORMATS);

/** Whether the text has the format; false for a format that is not in `INPUT_FORMATS`. */
export function hasFormat(format: string, value: string): boolean {
  return Object.hasOwn(FORMATS, format) && FORMATS[format]!(value);
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** RFC 3339. Leap seconds are refused, since JavaScript cannot hold them. */
function isDateTime(value: string): boolean {
  const [, date, hours, minutes, seconds] =
    /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
      value,
    ) ?? [];
  return date !== undefined && isDate(date) && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60;
}

/** An absolute URI without white space. Which hosts may be reached is another question: RFC 3986 admits any. */
function isUri(value: string): boolean {
  return (
    /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E]+$/.test(value) && URL.canParse(value)
  );
}
