"""Write-back: what a release says of members and items, told to the mall through its API."""
