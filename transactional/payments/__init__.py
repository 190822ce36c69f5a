"""Cash for points + cash: one protocol for payment providers, WeChat Pay and Alipay, and a sandbox of both."""
