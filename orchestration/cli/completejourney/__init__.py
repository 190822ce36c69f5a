"""Replays the Complete Journey grocery data as an employee-benefit mall (员工福利积分商城).

The data set holds a year (2017) of purchases of 2,469 loyalty households. Its Python package calls it simulated
on real patterns, its R package presents it as real; treat figures from it as a realistic example.
"""
