/** What almost every name and text is made of: nothing that is looked for below is in it, and V8 need not build its tables of Unicode. */
const PLAIN = /^[\t\n\r -~]*$/;

/** Characters that people do not see, and that a model reads. */
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of these characters alone is what is looked for
  /[\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB]|[\u{E0000}-\u{E0FFF}]|[\u{1D173}-\u{1D17A}]|[\u{F0000}-\u{10FFFF}]|[\uE000-\uF8FF]|\u034F/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/;

/** A variation selector after an emoji is how emoji are written. */
const EMOJI_SELECTOR = /(\p{Emoji})\uFE0F/gu;

/** The first invisible or control character, as `U+200B`. Looks at the text as it is: normalization would hide some. */
export function invisibleCharacter(text: string): string | undefined {
  if (PLAIN.test(text)) return undefined;
  const plain = text.replace(EMOJI_SELECTOR, '$1');
  const found = INVISIBLE.exec(plain)?.[0] ?? CONTROL.exec(plain)?.[0];
  return found === undefined ? undefined : `U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A word with letters of Latin and of Cyrillic or Greek: they look alike and are not. */
export function mixedScript(text: string): boolean {
  const words = PLAIN.test(text) ? [] : text.split(/[^\p{L}]+/u);
  return words.some((word) => /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word));
}

/** Longest text that is looked at; AZ20 reports longer ones by their length. */
const MAX_LENGTH = 4096;

/** What a poisoned description wants to have carried out of a conversation. */
const LOOT =
  '(token|secret|credential|password|api key|system prompt|chat history|conversation history|conversation)s?';

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  [
    'override',
    /\b(ignore|disregard|forget|override|bypass)\b.{0,30}\b(previous|prior|above|earlier|system|developer)\b.{0,30}\b(instruction|prompt|rule|polic|guardrail|message|direction)|\b(ignore|disregard|forget)\b.{0,30}\b(all|any|other|your)\b.{0,30}\b(instruction|prompt|guardrail|direction)/i,
  ],
  [
    'hidden tag',
    /<\s*\/?\s*(important|system|instructions?|secret|hidden|assistant|admin|prompt|tool_?call|function_?call)s?\b[^>]*>/i,
  ],
  [
    'secrecy',
    /\b(do not|don'?t|never)\b.{0,40}\b(tell|mention|inform|reveal|show|notify|disclos\w*)\b.{0,40}\b(user|human|operator|anyone)\b|\bwithout\b.{0,40}\b(telling|mentioning|informing|asking)\b.{0,40}\b(user|human|operator|anyone)\b|\b(keep|hide)\b.{0,20}\b(this|it)\b.{0,30}\bfrom the (user|human)\b/i,
  ],
  [
    'before the call',
    /\b(before|prior to|instead of|after)\b.{0,40}\b(using|calling|invoking|running|use|call|invoke|any)\b.{0,40}\b(this|other|another|any|the)?\s*\b(tool|function)s?\b.{0,80}\b(must|always|first|read|send|call|fetch|include|pass)\b/i,
  ],
  [
    'place of credentials',
    /(~\/\.(ssh|aws|config|cursor|kube|npmrc|netrc)\b|\bid_rsa\b|(?<!\w)\.env\b|\/etc\/passwd|mcp\.json|169\.254\.169\.254|AWS_(SECRET|SESSION)|\byour (system prompt|conversation history|instructions)\b|\bconversation (history )?(so far|up to now|until now)\b)/i,
  ],
  [
    'side channel',
    new RegExp(
      String.raw`\b(put|place|pass|include|append|encode|send|copy|attach)\b.{0,60}\b(${LOOT}|contents? of)\b.{0,60}\b(in|into|as|to|via|through)\b.{0,40}\b(param|parameter|argument|field|note)s?\b|\b(send|forward|append|encode)\b.{0,40}\b${LOOT}\b.{0,40}\b(url|address|header|query)\b`,
      'i',
    ),
  ],
  [
    'role',
    /\byou are now\b|\byou are an? (\w+ ){0,2}(assistant|admin\w*|agent|ai|expert|developer|model)\b|(^|[.!?;]\s*)(please )?act as\b|\bpretend to be\b|\bnew instructions?:|(^|[.!?]\s*)(system|developer)\s*:\s|\[\/?INST\]|<\|im_start\|>|###\s*(system|instruction)/i,
  ],
  [
    'shadowing',
    /\b(always|must)\b.{0,30}\b(use|prefer|call)\b.{0,30}\b(this tool|me)\b.{0,40}\b(instead|rather than|over|before)\b|\b(do not|don'?t|never)\b.{0,20}\b(use|call)\b.{0,20}\b(other|another) tools?\b/i,
  ],
  [
    'address to send to',
    /\b(send|post|upload|forward|report|submit|exfiltrate)\b[^.!?]{0,60}\b(to|at|via)\s+https?:\/\/|https?:\/\/\S+.{0,20}\b(must|should) (receive|get)\b/i,
  ],
  ['encoded text', /(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{0,80}[0-9+/])[A-Za-z0-9+/]{64,}={0,2}(?![A-Za-z0-9+/])/],
];

/**
 * Names of the patterns of instruction-like text that a description matches. Line breaks count as spaces: a model reads
 * over them. English only, and no match for a paraphrase.
 */
export function instructionPatterns(text: string): string[] {
  const folded = text.slice(0, MAX_LENGTH).normalize('NFKC');
  const squeezed = folded.replace(/\s+/g, ' ').trim();
  const lines = folded.split(/\s*\n\s*/).filter((line) => line !== '');
  return PATTERNS.filter(
    ([name, pattern]) => pattern.test(squeezed) || (name === 'role' && lines.some((line) => pattern.test(line))),
  ).map(([name]) => name);
}
