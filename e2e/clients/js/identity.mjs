// Prints the ARN of who it is, as the AWS SDK for JavaScript v3 sees it. With
// --profile NAME the profile is named in code (fromIni); without, the default
// chain decides.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

const [flag, profile] = process.argv.slice(2);
const config = flag === "--profile" ? { profile, credentials: fromIni({ profile }) } : {};
try {
  const who = await new STSClient(config).send(new GetCallerIdentityCommand({}));
  console.log(who.Arn);
} catch (e) {
  console.error(`${e.name}: ${e.message}`);
  process.exitCode = 1;
}
