/** Authorization servers that the service knows by name. */
export enum OAuth2Vendor {
  ATLASSIAN = 'AtlassianOauth2',
  AUTH0 = 'Auth0Oauth2',
  COGNITO = 'CognitoOauth2',
  CYBERARK = 'CyberArkOauth2',
  DROPBOX = 'DropboxOauth2',
  FACEBOOK = 'FacebookOauth2',
  FUSIONAUTH = 'FusionAuthOauth2',
  GITHUB = 'GithubOauth2',
  GOOGLE = 'GoogleOauth2',
  HUBSPOT = 'HubspotOauth2',
  LINKEDIN = 'LinkedinOauth2',
  MICROSOFT = 'MicrosoftOauth2',
  NOTION = 'NotionOauth2',
  OKTA = 'OktaOauth2',
  ONELOGIN = 'OneLoginOauth2',
  PINGONE = 'PingOneOauth2',
  REDDIT = 'RedditOauth2',
  SALESFORCE = 'SalesforceOauth2',
  SLACK = 'SlackOauth2',
  SPOTIFY = 'SpotifyOauth2',
  TWITCH = 'TwitchOauth2',
  X = 'XOauth2',
  YANDEX = 'YandexOauth2',
  ZOOM = 'ZoomOauth2',
}

/** Member of `Oauth2ProviderConfigInput` per vendor; the others share `includedOauth2ProviderConfig`. */
export const OWN_CONFIGURATION: { readonly [vendor in OAuth2Vendor]?: string } = {
  [OAuth2Vendor.ATLASSIAN]: 'atlassianOauth2ProviderConfig',
  [OAuth2Vendor.GITHUB]: 'githubOauth2ProviderConfig',
  [OAuth2Vendor.GOOGLE]: 'googleOauth2ProviderConfig',
  [OAuth2Vendor.LINKEDIN]: 'linkedinOauth2ProviderConfig',
  [OAuth2Vendor.MICROSOFT]: 'microsoftOauth2ProviderConfig',
  [OAuth2Vendor.SALESFORCE]: 'salesforceOauth2ProviderConfig',
  [OAuth2Vendor.SLACK]: 'slackOauth2ProviderConfig',
};

/** Vendors whose customers each have an authorization server of their own. */
export const TENANT_VENDORS: readonly OAuth2Vendor[] = [
  OAuth2Vendor.AUTH0,
  OAuth2Vendor.COGNITO,
  OAuth2Vendor.CYBERARK,
  OAuth2Vendor.FUSIONAUTH,
  OAuth2Vendor.OKTA,
  OAuth2Vendor.ONELOGIN,
  OAuth2Vendor.PINGONE,
];
