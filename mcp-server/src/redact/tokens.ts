import type { Rule } from './rule.ts';

/**
 * Tokens that are known by their form. Forms: secretlint's recommended preset (https://github.com/secretlint/secretlint),
 * which the tests hold them against, GitHub's list of secret scanning patterns, and what both leave out.
 */
const formed = (name: string, hint: RegExp, pattern: RegExp): Rule => ({ name, hint, pattern });

export const tokenRules: Rule[] = [
  formed('whetstone-key', /wsk_/, /(?<![A-Za-z0-9])wsk_[A-Za-z0-9]{6,20}_[A-Za-z0-9]{20,64}/g),
  formed(
    'aws-key',
    /A3T|A(?:KIA|GPA|IDA|ROA|IPA|NPA|NVA|SIA)/,
    /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|A(?:KIA|GPA|IDA|ROA|IPA|NPA|NVA|SIA))[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  ),
  formed(
    'github-token',
    /gh[pousr]_|github_pat_/,
    /(?<![A-Za-z])(?:gh[pousr]_[A-Za-z0-9_]{36,255}|github_pat_[A-Za-z0-9_]{40,255})/g,
  ),
  formed(
    'gitlab-token',
    /gl[a-z]{2,7}-/,
    /(?<![A-Za-z])gl(?:pat|ptt|soat|rt|cbt|dt|ft|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{20,128}/g,
  ),
  formed('slack-token', /xox|xapp-/, /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-(?:\d-)?[A-Za-z0-9-]{10,250}/g),
  formed('slack-webhook', /hooks\.slack/i, /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9_/+-]{10,200}/gi),
  formed(
    'discord-webhook',
    /\/api\/webhooks\//,
    /discord(?:app)?\.com\/api\/webhooks\/\d{5,30}\/[A-Za-z0-9_-]{20,100}/g,
  ),
  formed(
    'stripe-key',
    /[srp]k_(?:live|test)_|whsec_/,
    /(?<![A-Za-z])(?:[srp]k_(?:live|test)_[A-Za-z0-9]{10,247}|whsec_[A-Za-z0-9+/=]{24,100})/g,
  ),
  formed('anthropic-key', /sk-ant-/, /(?<![A-Za-z])sk-ant-[A-Za-z0-9_-]{16,200}/g),
  formed(
    'openai-key',
    /sk-/,
    /(?<![A-Za-z0-9_-])sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,250}|[A-Za-z0-9]{32,64}(?![A-Za-z0-9])|or-v1-[A-Za-z0-9]{32,100})/g,
  ),
  formed('google-key', /AIza/, /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g),
  formed(
    'google-token',
    /ya29\.|GOCSPX-|1\/\/0/,
    /(?<![A-Za-z0-9])(?:ya29\.[A-Za-z0-9_-]{20,500}|GOCSPX-[A-Za-z0-9_-]{20,60}|1\/\/0[A-Za-z0-9_-]{30,200})/g,
  ),
  formed(
    'npm-token',
    /npm_|_authToken/,
    /(?<![A-Za-z])npm_[A-Za-z0-9_]{36,60}|_authToken\s{0,3}=\s{0,3}["']?(?<secret>[^\s"'$][^\s"']{0,500})/g,
  ),
  formed('pypi-token', /pypi-/, /(?<![A-Za-z])pypi-[A-Za-z0-9_-]{50,500}/g),
  formed('sendgrid-key', /SG\./, /(?<![A-Za-z])SG\.[\w-]{10,128}\.[\w-]{10,128}/g),
  formed('twilio-key', /(?:SK|AC)[0-9a-f]{32}/, /(?<![A-Za-z0-9])(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])/g),
  formed('huggingface-token', /hf_/, /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}(?![A-Za-z0-9])/g),
  formed('groq-key', /gsk_/, /(?<![A-Za-z])gsk_[A-Za-z0-9]{40,64}/g),
  formed('linear-key', /lin_(?:api|oauth)_/, /(?<![A-Za-z])lin_(?:api|oauth)_[A-Za-z0-9_]{32,128}/g),
  formed(
    'notion-token',
    /ntn_|secret_/,
    /(?<![A-Za-z])(?:ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9])/g,
  ),
  formed('shopify-token', /shp[a-z]{2}/, /(?<![A-Za-z])shp(?:pa|ca|at|ss)_[A-Za-z0-9]{32,64}/g),
  formed(
    'grafana-token',
    /gl(?:c|sa)_/,
    /(?<![A-Za-z])(?:glc_[A-Za-z0-9+/]{32,400}={0,2}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})/g,
  ),
  formed('vault-token', /hv[sbr]\./, /(?<![A-Za-z])hv[sbr]\.[A-Za-z0-9_-]{24,300}/g),
  formed('1password-token', /ops_ey/, /(?<![A-Za-z])ops_ey[A-Za-z0-9+/=_-]{50,1500}/g),
  formed('vercel-token', /vc[piark]_/, /(?<![A-Za-z])vc[piark]_[A-Za-z0-9]{20,60}(?![A-Za-z0-9])/g),
  formed('databricks-token', /dapi/, /(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d)?(?![A-Za-z0-9])/g),
  formed('docker-token', /dckr_/, /(?<![A-Za-z])dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}/g),
  formed('figma-token', /figd_|figo_/, /(?<![A-Za-z])fig[do]_[A-Za-z0-9_-]{20,100}/g),
  formed('digitalocean-token', /do[opr]_v1_/, /(?<![A-Za-z])do[opr]_v1_[0-9a-f]{64}/g),
  formed('age-key', /AGE-SECRET-KEY-/, /AGE-SECRET-KEY-1[0-9A-Z]{50,70}/g),
  formed(
    'azure-key',
    /AccountKey|SharedAccessKey|sig=/i,
    /(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{20,120}={0,2})|[?&]sig=(?<signature>[A-Za-z0-9%+/]{20,120}={0,2})/gi,
  ),
  formed(
    'jwt',
    /eyJ/,
    /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{4,8000}(?:\.[A-Za-z0-9_-]{0,2000})?/g,
  ),
];
