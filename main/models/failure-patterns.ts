/** What a failure's text and codes can say (CHATD 7.3), one pattern for each row. The text is lower-cased. */

/** The conversation is larger than the model takes: only a shorter one can be answered. */
export const contextText =
  /context[ _]length[ _]exceeded|context_exceeded|maximum context length|(prompt|input|request) is too long|exceeds? (the |your )?((model|available|maximum)('?s)? )*context|context (window|size|limit) (is )?exceeded|token count .{0,60}exceeds|request_too_large/;

/** The model, or its server, cannot be shown pictures or documents. */
export const inputText =
  /image_url.{0,40}(only )?supported|support(s|ed)? (image|vision|multimodal|file|pdf|document)|(image|vision|file|pdf|document)( input)?s? (is|are) not supported|not a (multimodal|vision) model|(missing|no) data required for image|cannot (process|read|handle) image|image exceeds|could not process (image|pdf|document)|unsupported content (part )?type|unknown variant .{0,3}(image_url|input_image|input_file|file)\b|unknown part type|invalid content type.{0,60}(image|file)/s;

/** The model, the address or the certificate is wrong. */
export const settingsText =
  /invalid model|unsupported model|model[ _]not[ _]found|model.{0,80}(does not exist|is not supported|not found)|malformed config|certificate|invalid url|unknown scheme|not_found_error.*model|self[- ]signed/s;

export const usageText =
  /\bquota\b|\bbilling\b|payment required|insufficient_quota|credit balance|usage limit/;
export const strongAuthText =
  /authentication|unauthorized|invalid[ _]api[ _]key|incorrect api key|invalid x-api-key|invalid bearer/;
export const forbiddenText = /\bforbidden\b|permission_error/;
export const rateText = /rate[ _-]?limit|too many requests|resource_exhausted/;
export const disabledText =
  /provider .{0,80}(is|was|has been) (turned off|disabled)|disabled by (an |the |your )?admin/;
export const transportText =
  /timeout|timed out|unavailable|connection (was )?(reset|refused|lost|closed|error)|\beof\b|broken pipe|bad gateway|http2: client connection|goaway|stream closed|use of closed network connection|\bterminated\b|socket hang up|fetch failed|network error/;
export const serverText = /server[ _]error|internal[ _]error|internal server|\bapi_error\b/;

export const interruptedText = /\b(chat|request|operation)( was| is)? interrupted/;
export const responseIdText =
  /responses api.{0,40}(failed|incomplete)|response\.(failed|incomplete)|\bresp_\w+.{0,60}(failed|incomplete)|(failed|incomplete).{0,60}\bresp_\w+/s;
export const cutText =
  /stream (closed|ended) (unexpectedly|before|without)|(missing|without|before) (a |the )?(message_stop|terminal event|response\.completed)/;
export const chainText = /previous response( with id)?.{0,120}not found/;

/** Node's own words for a connection that did not come about, or that broke. */
export const transportCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'ENETRESET',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Both sides speak, but not the same language: http where https was said, or no common version. */
export const tlsCode =
  /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|PACKET_LENGTH_TOO_LONG|(TLSV1|SSLV3)_ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNRECOGNIZED_NAME)|TLSV1_UNRECOGNIZED_NAME))$/;

/** 520–524 are what Cloudflare, which stands before both providers, says of a server that it cannot reach. */
export const unavailableStatuses: ReadonlySet<number> = new Set([
  408, 502, 503, 504, 520, 521, 522, 523, 524,
]);
/** A request that is called wrong stays wrong. */
export const wrongRequestStatuses: ReadonlySet<number> = new Set([400, 404, 405, 413, 415, 422]);

const peerCodes = /^(no_error|internal_error|refused_stream|cancel|enhance_your_calm)$/;
const numberedPeerCodes: ReadonlySet<string> = new Set(['0', '2', '7', '8', '11']);
const goStreamError = /stream error: stream id[ =:]*\d+;\s*(\w+)(;\s*received from peer)?/;
const nodeStreamError = /(?:stream|session) closed with error code (?:nghttp2_)?(\w+)/;

/** A typed HTTP/2 failure: only the peer's, and only some codes, are worth another attempt. Null when it is none. */
export function http2Retryable(text: string): boolean | null {
  const go = goStreamError.exec(text);
  if (go) return go[2] !== undefined && peerCodes.test(go[1] ?? '');
  const code = nodeStreamError.exec(text)?.[1];
  return code === undefined ? null : peerCodes.test(code) || numberedPeerCodes.has(code);
}
